"""What tests need to stand on: archives, feeds read back, servers, processes, scenes of a build."""
