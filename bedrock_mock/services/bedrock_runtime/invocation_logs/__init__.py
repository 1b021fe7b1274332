"""Model invocation logging: what models were asked and have answered, in S3 and CloudWatch Logs.

Source: https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html
"""
