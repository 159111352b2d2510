"""Small plots as inline svg: each function returns one picture with a text alternative.

Not here: reading the release, and colours, which are the style sheet's (`templates/style.css`).
"""
