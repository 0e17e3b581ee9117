mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "souk-test"
  cidr               = "10.20.0.0/16"
  availability_zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
  nat_per_zone       = true
  logs_key_arn       = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  log_retention_days = 365
}

run "each_zone_has_three_subnets_that_do_not_overlap" {
  command = plan

  assert {
    condition     = [for subnet in aws_subnet.public : subnet.cidr_block] == ["10.20.0.0/24", "10.20.1.0/24", "10.20.2.0/24"]
    error_message = "Public subnets."
  }

  assert {
    condition     = [for subnet in aws_subnet.data : subnet.cidr_block] == ["10.20.16.0/24", "10.20.17.0/24", "10.20.18.0/24"]
    error_message = "Data subnets."
  }

  assert {
    condition     = [for subnet in aws_subnet.private : subnet.cidr_block] == ["10.20.64.0/20", "10.20.80.0/20", "10.20.96.0/20"]
    error_message = "Private subnets."
  }
}

run "nothing_gets_a_public_address_by_itself" {
  command = plan

  assert {
    condition     = alltrue([for subnet in concat(values(aws_subnet.public), values(aws_subnet.private), values(aws_subnet.data)) : subnet.map_public_ip_on_launch != true])
    error_message = "No subnet hands out public addresses."
  }

  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default group lets nothing through."
  }
}

run "data_has_no_way_out" {
  command = apply

  assert {
    condition     = aws_route.internet.route_table_id == aws_route_table.public.id && aws_route.internet.gateway_id == aws_internet_gateway.this.id
    error_message = "Only the public table leads to the internet."
  }

  assert {
    condition     = toset([for route in aws_route.nat : route.route_table_id]) == toset([for table in aws_route_table.private : table.id])
    error_message = "Private subnets go out through NAT."
  }

  assert {
    condition     = !contains(concat([aws_route.internet.route_table_id], [for route in aws_route.nat : route.route_table_id]), aws_route_table.data.id)
    error_message = "No route leads out of the data subnets."
  }

  assert {
    condition     = toset([for association in aws_route_table_association.data : association.route_table_id]) == toset([aws_route_table.data.id])
    error_message = "Data subnets have the table without a way out."
  }
}

run "every_zone_has_its_own_nat" {
  command = plan

  assert {
    condition     = toset(keys(aws_nat_gateway.this)) == toset(var.availability_zones)
    error_message = "One each."
  }
}

run "one_nat_serves_all_where_it_may" {
  command = plan

  variables {
    nat_per_zone = false
  }

  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-central-1a"] && length(aws_route.nat) == 3
    error_message = "One for all three zones."
  }
}

run "aws_is_reached_without_leaving_and_traffic_is_recorded" {
  command = plan

  assert {
    condition     = toset(keys(aws_vpc_endpoint.interface)) == toset(["ecr.api", "ecr.dkr", "logs", "secretsmanager"]) && aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway"
    error_message = "Images, logs, secrets and files have endpoints."
  }

  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints.cidr_ipv4 == "10.20.0.0/16"
    error_message = "Endpoints answer this network only."
  }

  assert {
    condition     = aws_flow_log.this.traffic_type == "ALL" && aws_cloudwatch_log_group.flow.kms_key_id == var.logs_key_arn && aws_cloudwatch_log_group.flow.retention_in_days == 365
    error_message = "All traffic is recorded, encrypted and for a year."
  }
}

run "one_zone_is_too_few" {
  command = plan

  variables {
    availability_zones = ["eu-central-1a"]
  }

  expect_failures = [var.availability_zones]
}
