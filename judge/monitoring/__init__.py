"""Monitoring: what a system answers day by day, judged, folded into windows, and watched for what moves."""
