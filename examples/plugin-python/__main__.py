import pulumi
import pulumi_classiclink as classiclink

# A provider with its own region. Its credentials come from the environment.
provider = classiclink.Provider("hangzhou", region="cn-hangzhou")

# One link.
web = classiclink.ClassicLink(
    "web",
    instance_id="i-web",
    vpc_id="vpc-shop",
    opts=pulumi.ResourceOptions(
        provider=provider,
        custom_timeouts=pulumi.CustomTimeouts(create="2m", delete="5m"),
    ),
)

# Many links to one VPC, as one resource.
workers = classiclink.ClassicLinks(
    "workers",
    vpc_id="vpc-jobs",
    instance_ids=["i-worker1", "i-worker2"],
    opts=pulumi.ResourceOptions(provider=provider),
)

# All links to that VPC, whether Pulumi manages them or not.
found = classiclink.get_links_output(
    vpc_id=workers.vpc_id,
    opts=pulumi.InvokeOutputOptions(provider=provider),
)

pulumi.export("ids", [web.id, workers.id])
pulumi.export("linked", found.links.apply(lambda links: [link.instance_id for link in links]))
