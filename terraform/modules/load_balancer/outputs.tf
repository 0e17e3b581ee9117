output "arn" {
  description = "ARN of the balancer, for the firewall."
  value       = aws_lb.this.arn
}

output "alias" {
  description = "Its name and hosted zone, for DNS."
  value       = { domain_name = aws_lb.this.dns_name, zone_id = aws_lb.this.zone_id }
}

output "security_group_id" {
  description = "Group of the balancer."
  value       = aws_security_group.this.id
}

output "target_group_arns" {
  description = "Where each face's tasks register, once a listener leads there."
  value       = { for face, group in aws_lb_target_group.this : face => group.arn }
  depends_on  = [aws_lb_listener_rule.face]
}

output "metric_dimensions" {
  description = "How CloudWatch names the balancer and its target groups."
  value = {
    load_balancer = aws_lb.this.arn_suffix
    target_groups = { for face, group in aws_lb_target_group.this : face => group.arn_suffix }
  }
}
