"""What the service measures of itself, for Prometheus: a registry of its own, no patient in any label, few values.

What is counted on a call's way costs it some microseconds; what can be asked is asked when somebody looks.
"""
