"""What is left of use in a published table: losses by column, sizes of classes."""
