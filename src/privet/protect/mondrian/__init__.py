"""The default solver: local recoding by cuts that are greedy in the label that is published."""
