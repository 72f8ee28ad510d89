# terraform test -var keys=FOLDER, which deploy/etcd-keys made for etcd-1 to etcd-3: what would be made, without making it.
variables {
  etcd        = { etcd-1 = "10.0.0.11", etcd-2 = "10.0.0.12", etcd-3 = "10.0.0.13" }
  gateways    = { gateway-1 = "10.0.0.21", gateway-2 = "10.0.0.22" }
  services    = { service-1 = "10.0.0.31", service-2 = "10.0.0.32", service-3 = "10.0.0.33", service-4 = "10.0.0.34" }
  packages    = { sluice = "main.tf", gtin_service = "main.tf" }
  admin_token = "main.tf"
  ssh         = { user = "operator", private_key = "main.tf" }
}

run "the_lab_on_real_machines" {
  command = plan

  assert {
    condition     = output.etcd_endpoints == "https://10.0.0.11:2379,https://10.0.0.12:2379,https://10.0.0.13:2379"
    error_message = "the endpoints are not those of all members"
  }
  assert {
    condition     = length(terraform_data.gateway) == 2 && length(terraform_data.service) == 4
    error_message = "not every machine gets its program"
  }
}

run "an_even_number_of_members_is_refused" {
  command = plan
  variables {
    etcd = { etcd-1 = "10.0.0.11", etcd-2 = "10.0.0.12" }
  }
  expect_failures = [var.etcd]
}
