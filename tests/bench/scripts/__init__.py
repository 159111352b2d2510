"""Scripts that a user would write in the place of this project: each does the part of the job that it can."""
