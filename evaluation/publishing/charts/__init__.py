"""Charts drawn by Python as static SVG, in two sizes, with their figures in a table and a Plotly figure on request."""
