output "etcd_endpoints" {
  description = "What sluice --etcd takes."
  value       = local.endpoints
}

output "public" {
  description = "Where the public listener of each gateway is, once it is on all addresses."
  value       = { for name, address in var.gateways : name => "http://${address}:8080" }
}
