"""Call a function that may do anything, and come back."""

from cnnlib.check.sandbox.call import Budget, Outcome, Problem, call

__all__ = ["Budget", "Outcome", "Problem", "call"]
