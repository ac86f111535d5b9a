"""The words of screens and paper in each language of the product."""
