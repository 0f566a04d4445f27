module classiclink-plugin-go

go 1.25

require (
	github.com/pulumi-classiclink/pulumi-classiclink/sdk/go v0.0.0
	github.com/pulumi/pulumi/sdk/v3 v3.256.0
)

replace github.com/pulumi-classiclink/pulumi-classiclink/sdk/go => ./sdks/pulumi-classiclink-classiclink
