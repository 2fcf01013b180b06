"""The list to feed to an optimizer: twelve gradients of three coordinates. Powers of ten below one are as near in
float32 as any rule can tell.
"""

# --8<-- [start:list]
THETA = [0.5, -0.25, 0.125]
GRADIENTS = [
    [1, 0, 1e-8],
    [-2, 40, 1e-7],
    [0.5, 1, -1e-6],
    [0, -2, 1e-5],
    [0, 0, 1e-4],
    [3, 0, -1e-3],
    [-1, 0.5, 0.01],
    [0.25, -100, 0.1],
    [-0.5, 1, -1],
    [0, -2, 0],
    [2, 0, 0],
    [-1, 3, 1e8],
]
assert len(GRADIENTS) == 12
# --8<-- [end:list]
EPOCH = 6  # where a mistake counts epochs, the list is two of them
# Half the distance from 1 to the next number; "bfloat16" stands before "float16", which is a part of its name.
ROUNDING = {"float64": 2.0**-53, "float32": 2.0**-24, "bfloat16": 2.0**-8, "float16": 2.0**-11}
