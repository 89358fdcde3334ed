"""The file formats of games, one a file; `games.files` reads and writes them."""
