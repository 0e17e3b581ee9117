output "arn" {
  description = "The access list, once it guards the resource."
  value       = aws_wafv2_web_acl_association.this.web_acl_arn
}
