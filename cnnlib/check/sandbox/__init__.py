"""Call a function that may do anything, and come back."""

from cnnlib.check.sandbox.call import Budget, Outcome, call
from cnnlib.check.sandbox.problems import Problem

__all__ = ["Budget", "Outcome", "Problem", "call"]
