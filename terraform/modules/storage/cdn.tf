# Pictures have hashed names and never change, so they are kept at the edge for as long as their header says.

data "aws_cloudfront_cache_policy" "optimized" {
  name = "Managed-CachingOptimized"
}

resource "aws_cloudfront_origin_access_control" "pictures" {
  name                              = "${var.name}-pictures"
  description                       = "Signs the distribution's requests to the bucket"
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_response_headers_policy" "pictures" {
  name = "${var.name}-pictures"

  security_headers_config {
    content_type_options {
      override = true
    }

    # A picture opened by itself runs nothing and frames nothing, whatever is in it.
    content_security_policy {
      content_security_policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
      override                = true
    }

    strict_transport_security {
      access_control_max_age_sec = 31536000
      include_subdomains         = true
      override                   = true
    }
  }

  custom_headers_config {
    items {
      header   = "Cross-Origin-Resource-Policy"
      value    = "cross-origin"
      override = true
    }
  }
}

resource "aws_cloudfront_distribution" "pictures" {
  enabled         = true
  comment         = "${var.name}: pictures"
  aliases         = [var.host]
  http_version    = "http2and3"
  is_ipv6_enabled = true
  price_class     = var.price_class

  origin {
    origin_id                = "pictures"
    domain_name              = module.pictures.regional_domain_name
    origin_access_control_id = aws_cloudfront_origin_access_control.pictures.id
  }

  default_cache_behavior {
    target_origin_id           = "pictures"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    viewer_protocol_policy     = "redirect-to-https"
    compress                   = true
    cache_policy_id            = data.aws_cloudfront_cache_policy.optimized.id
    response_headers_policy_id = aws_cloudfront_response_headers_policy.pictures.id
  }

  restrictions {
    geo_restriction {
      restriction_type = "none"
    }
  }

  viewer_certificate {
    acm_certificate_arn      = var.certificate_arn
    ssl_support_method       = "sni-only"
    minimum_protocol_version = "TLSv1.2_2021"
  }
}

# CloudFront hands its logs over in us-east-1, wherever the bucket lies.

resource "aws_cloudwatch_log_delivery_source" "cdn" {
  region = "us-east-1"

  name         = "${var.name}-pictures"
  log_type     = "ACCESS_LOGS"
  resource_arn = aws_cloudfront_distribution.pictures.arn
}

resource "aws_cloudwatch_log_delivery_destination" "cdn" {
  region = "us-east-1"

  name          = "${var.name}-pictures"
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = module.logs.arn
  }
}

resource "aws_cloudwatch_log_delivery" "cdn" {
  region = "us-east-1"

  delivery_source_name     = aws_cloudwatch_log_delivery_source.cdn.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.cdn.arn
}
