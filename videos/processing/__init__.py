"""What turns a film from a stranger's phone into the three clean files that we show.

Pure functions over paths: nothing here knows the database, the storage or the network. Every byte
of a film that arrives is treated as hostile, so whatever parses it runs in a child process of its
own, under the bounds of `limits`.
"""
