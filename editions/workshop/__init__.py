"""Where files are worked on while callers call: checked, drawn, tried and tested in a process of its own.

Reading a hospital's files is up to a second of Python; in the engine's process it would share the interpreter with the
calls. `questions` are plain functions of files, `process` is the program that answers them, `workshop` asks it.
"""
