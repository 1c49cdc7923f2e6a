"""The law of the house: who may have which columns, in what form, for which purpose.

Everything here is pure: a decision follows from the policy, the request, the contract and the date.
"""
