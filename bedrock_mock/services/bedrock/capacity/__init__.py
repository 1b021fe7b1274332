"""Profiles, throughput, deployments, copies, routers, endpoints: what models are called through."""
