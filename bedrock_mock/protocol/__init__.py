"""A service model of botocore, compiled: knows neither moto nor any one service."""
