package main

import (
	"github.com/pulumi-classiclink/pulumi-classiclink/sdk/go/classiclink"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		// A provider with its own region. Its credentials come from the environment.
		provider, err := classiclink.NewProvider(ctx, "hangzhou", &classiclink.ProviderArgs{
			Region: pulumi.String("cn-hangzhou"),
		})
		if err != nil {
			return err
		}

		// One link.
		web, err := classiclink.NewClassicLink(ctx, "web", &classiclink.ClassicLinkArgs{
			InstanceId: pulumi.String("i-web"),
			VpcId:      pulumi.String("vpc-shop"),
		}, pulumi.Provider(provider), pulumi.Timeouts(&pulumi.CustomTimeouts{Create: "2m", Delete: "5m"}))
		if err != nil {
			return err
		}

		// Many links to one VPC, as one resource.
		workers, err := classiclink.NewClassicLinks(ctx, "workers", &classiclink.ClassicLinksArgs{
			VpcId:       pulumi.String("vpc-jobs"),
			InstanceIds: pulumi.ToStringArray([]string{"i-worker1", "i-worker2"}),
		}, pulumi.Provider(provider))
		if err != nil {
			return err
		}

		// All links to that VPC, whether Pulumi manages them or not.
		found := classiclink.GetLinksOutput(ctx, classiclink.GetLinksOutputArgs{
			VpcId: workers.VpcId,
		}, pulumi.Provider(provider))

		ctx.Export("ids", pulumi.StringArray{web.ID().ToStringOutput(), workers.ID().ToStringOutput()})
		ctx.Export("links", found.Links())
		return nil
	})
}
