"""Homework for courses: the chapters as Otter-Grader assignments, and their grading."""
