"""The only folder that touches the insides of moto and botocore."""
