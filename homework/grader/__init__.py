"""What runs where submissions are graded: Otter's plugin, the judge and the worker.

The student's code runs in a process of its own (``worker``) and answers with arrays over a pipe.
The judge, a second process, calls those functions through :mod:`cnnlib.check`; what the student's
code does to its own process, to the checker or to Otter therefore changes no score. The plugin, in
Otter's process, hands Otter's tests what the judge found.
"""
