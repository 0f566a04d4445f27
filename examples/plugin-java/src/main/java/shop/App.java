package shop;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import com.pulumi.core.Output;
import com.pulumi.deployment.InvokeOptions;
import com.pulumi.resources.CustomResourceOptions;
import com.pulumi.resources.CustomTimeouts;
import io.github.pulumiclassiclink.classiclink.ClassicLink;
import io.github.pulumiclassiclink.classiclink.ClassicLinkArgs;
import io.github.pulumiclassiclink.classiclink.ClassicLinks;
import io.github.pulumiclassiclink.classiclink.ClassicLinksArgs;
import io.github.pulumiclassiclink.classiclink.ClassiclinkFunctions;
import io.github.pulumiclassiclink.classiclink.Provider;
import io.github.pulumiclassiclink.classiclink.ProviderArgs;
import io.github.pulumiclassiclink.classiclink.inputs.GetLinksArgs;
import io.github.pulumiclassiclink.classiclink.outputs.Link;
import java.time.Duration;
import java.util.stream.Collectors;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    private static void stack(Context ctx) {
        // A provider with its own region. Its credentials come from the environment.
        var provider = new Provider("hangzhou", ProviderArgs.builder()
            .region("cn-hangzhou")
            .build());

        // One link.
        var web = new ClassicLink("web", ClassicLinkArgs.builder()
            .instanceId("i-web")
            .vpcId("vpc-shop")
            .build(), CustomResourceOptions.builder()
            .provider(provider)
            .customTimeouts(CustomTimeouts.builder()
                .create(Duration.ofMinutes(2))
                .delete(Duration.ofMinutes(5))
                .build())
            .build());

        // Many links to one VPC, as one resource.
        var workers = new ClassicLinks("workers", ClassicLinksArgs.builder()
            .vpcId("vpc-jobs")
            .instanceIds("i-worker1", "i-worker2")
            .build(), CustomResourceOptions.builder()
            .provider(provider)
            .build());

        // All links to that VPC, whether Pulumi manages them or not.
        var found = ClassiclinkFunctions.getLinks(GetLinksArgs.builder()
            .vpcId(workers.vpcId())
            .build(), InvokeOptions.builder()
            .provider(provider)
            .build());

        ctx.export("ids", Output.all(web.id(), workers.id()));
        // An output of a stack is made of plain values. A Link is not one.
        ctx.export("linked", found.applyValue(result ->
            result.links().stream().map(Link::instanceId).collect(Collectors.toList())));
    }
}
