"""What runs beside: coroutines, threads, values that come once, the clock. Knows nothing of a hospital."""
