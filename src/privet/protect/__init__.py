"""Tables without names: hierarchies, criteria, solvers, what is left of risk and of use."""
