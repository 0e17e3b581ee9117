output "vpc_id" {
  description = "The network."
  value       = aws_vpc.this.id
}

output "public_subnet_ids" {
  description = "For the load balancer."
  value       = [for subnet in aws_subnet.public : subnet.id]
}

output "private_subnet_ids" {
  description = "For tasks: no address of their own, a way out through NAT."
  value       = [for subnet in aws_subnet.private : subnet.id]
}

output "data_subnet_ids" {
  description = "For database and Valkey: no way out."
  value       = [for subnet in aws_subnet.data : subnet.id]
}

output "endpoints_security_group_id" {
  description = "Group of the endpoints of AWS services."
  value       = aws_security_group.endpoints.id
}

output "s3_prefix_list_id" {
  description = "Addresses of S3 in this region."
  value       = aws_vpc_endpoint.s3.prefix_list_id
}

output "nat_addresses" {
  description = "Where our calls to others come from, for their allow lists."
  value       = [for address in aws_eip.nat : address.public_ip]
}
