"""What AWS SDKs talk to: own answers for the Marketplace services, moto's for SQS, SNS and EventBridge."""
