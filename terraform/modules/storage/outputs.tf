output "pictures_bucket" {
  description = "Name and ARN of the bucket of public pictures."
  value       = { name = module.pictures.name, arn = module.pictures.arn }
}

output "documents_bucket" {
  description = "Name and ARN of the bucket of private documents."
  value       = { name = module.documents.name, arn = module.documents.arn }
}

output "logs_bucket" {
  description = "Name of the bucket of access logs."
  value       = module.logs.name
}

output "cdn" {
  description = "Host name and hosted zone of the distribution, for a DNS alias."
  value = {
    domain_name = aws_cloudfront_distribution.pictures.domain_name
    zone_id     = aws_cloudfront_distribution.pictures.hosted_zone_id
  }
}
