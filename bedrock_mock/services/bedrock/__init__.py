"""Amazon Bedrock's control plane: one module per resource."""
