output "name" {
  description = "Name of the bucket, once its policy lets in whom it should."
  value       = aws_s3_bucket.this.id
  depends_on  = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}

output "regional_domain_name" {
  description = "Host name of the bucket in its region, an origin of CloudFront."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
