mock_provider "aws" {
  source = "../../mocks"
}

variables {
  name               = "souk-test"
  bucket_prefix      = "example-souk"
  key_arn            = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  host               = "media.souk.example"
  certificate_arn    = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
  price_class        = "PriceClass_100"
  deleted_days       = 90
  log_retention_days = 365
}

run "pictures_are_served_by_cloudfront_alone" {
  command = apply

  assert {
    condition     = aws_cloudfront_origin_access_control.pictures.signing_behavior == "always" && aws_cloudfront_origin_access_control.pictures.signing_protocol == "sigv4" && one(aws_cloudfront_distribution.pictures.origin).origin_access_control_id == aws_cloudfront_origin_access_control.pictures.id
    error_message = "Every request to the bucket is signed by the distribution."
  }

  assert {
    condition     = one(aws_cloudfront_distribution.pictures.default_cache_behavior).viewer_protocol_policy == "redirect-to-https" && one(aws_cloudfront_distribution.pictures.viewer_certificate).minimum_protocol_version == "TLSv1.2_2021"
    error_message = "Over TLS only."
  }

  assert {
    condition     = toset(one(aws_cloudfront_distribution.pictures.default_cache_behavior).allowed_methods) == toset(["GET", "HEAD"])
    error_message = "Nobody writes through it."
  }

  assert {
    condition     = length(local.picture_readers) == 1 && local.picture_readers[0].Condition.StringEquals["aws:SourceArn"] == aws_cloudfront_distribution.pictures.arn && local.picture_readers[0].Action == "s3:GetObject"
    error_message = "The bucket lets nobody else read."
  }

  assert {
    condition     = aws_cloudfront_distribution.pictures.aliases == toset(["media.souk.example"])
    error_message = "Under our host."
  }
}

run "its_access_is_logged" {
  command = apply

  assert {
    condition     = aws_cloudwatch_log_delivery_source.cdn.log_type == "ACCESS_LOGS" && aws_cloudwatch_log_delivery_source.cdn.region == "us-east-1" && aws_cloudwatch_log_delivery_source.cdn.resource_arn == aws_cloudfront_distribution.pictures.arn
    error_message = "CloudFront's access log."
  }

  assert {
    condition     = aws_cloudwatch_log_delivery.cdn.delivery_destination_arn == aws_cloudwatch_log_delivery_destination.cdn.arn
    error_message = "Goes to the bucket of logs."
  }
}
