"""Work in processes of its own: bounded in time and memory, killed one by one, warm between calls.

Generic: what runs in them is named by a string, `module:function`, and is imported only there.
"""
