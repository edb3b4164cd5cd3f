"""The tasks of the benchmarks, done by any model behind the seam that can do them: `launch.py track`."""
