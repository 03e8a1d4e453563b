"""Lines to blocks, the places where a paper may begin, and how far each block reaches."""
