mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name                      = "souk-test"
  vpc_id                    = "vpc-0123456789abcdef0"
  subnet_ids                = ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"]
  client_security_group_ids = { web = "sg-0123456789abcdef1", beat = "sg-0123456789abcdef2" }
  users                     = { web = "~market:* +@all -@admin", beat = "~beat:* +@all -@admin" }
  key_arn                   = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  logs_key_arn              = "arn:aws:kms:eu-central-1:123456789012:key/22222222-2222-3333-4444-555555555555"
  log_retention_days        = 365
  node_type                 = "cache.m7g.large"
  nodes                     = 2
  snapshot_retention_days   = 3
}

run "encrypted_at_rest_and_in_transit" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.at_rest_encryption_enabled && aws_elasticache_replication_group.this.kms_key_id == var.key_arn
    error_message = "At rest, with our key."
  }

  assert {
    condition     = aws_elasticache_replication_group.this.transit_encryption_enabled && aws_elasticache_replication_group.this.transit_encryption_mode == "required"
    error_message = "In transit, always."
  }
}

run "a_replica_takes_over" {
  command = plan

  assert {
    condition     = aws_elasticache_replication_group.this.multi_az_enabled && aws_elasticache_replication_group.this.automatic_failover_enabled && aws_elasticache_replication_group.this.num_cache_clusters == 2
    error_message = "Two nodes in two zones."
  }

  assert {
    condition     = output.node_ids == ["souk-test-001", "souk-test-002"]
    error_message = "As CloudWatch knows them."
  }
}

run "one_node_has_none_to_take_over" {
  command = plan

  variables {
    nodes = 1
  }

  assert {
    condition     = !aws_elasticache_replication_group.this.multi_az_enabled && !aws_elasticache_replication_group.this.automatic_failover_enabled
    error_message = "AWS would refuse it."
  }
}

run "a_user_for_each_process_and_none_by_default" {
  command = plan

  assert {
    condition     = { for process, user in aws_elasticache_user.this : process => user.access_string } == { web = "on ~market:* +@all -@admin", beat = "on ~beat:* +@all -@admin" }
    error_message = "Each may do what its list says."
  }

  assert {
    condition     = alltrue([for user in aws_elasticache_user.this : user.user_name == user.user_id && user.user_name != "default"]) && aws_elasticache_user_group.this.user_ids == toset(["souk-test-web", "souk-test-beat"])
    error_message = "Who names no user is refused."
  }
}

run "terraform_never_knows_a_password" {
  command = plan

  assert {
    condition     = alltrue([for user in aws_elasticache_user.this : user.passwords == null && user.no_password_required != true && one(user.authentication_mode).type == "iam" && one(user.authentication_mode).passwords == null])
    error_message = "Nobody may log in until the operator sets a password."
  }
}

run "it_answers_our_processes_only" {
  command = plan

  assert {
    condition     = tomap({ for process, rule in aws_vpc_security_group_ingress_rule.client : process => rule.referenced_security_group_id }) == var.client_security_group_ids && alltrue([for rule in aws_vpc_security_group_ingress_rule.client : rule.cidr_ipv4 == null])
    error_message = "No address range."
  }

  assert {
    condition     = [for delivery in aws_elasticache_replication_group.this.log_delivery_configuration : delivery.log_type] == ["engine-log"]
    error_message = "The slow log quotes people's data."
  }
}
