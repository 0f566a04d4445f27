package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import io.github.pulumiclassiclink.classiclink.ClassiclinkFunctions;
import io.github.pulumiclassiclink.classiclink.inputs.GetLinksArgs;
import io.github.pulumiclassiclink.classiclink.outputs.Link;
import java.util.stream.Collectors;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        final var found = ClassiclinkFunctions.getLinks(GetLinksArgs.builder()
            .vpcId("vpc-bp1shop")
            .build());

        ctx.export("linked", found.applyValue(result ->
            result.links().stream().map(Link::instanceId).collect(Collectors.toList())));
    }
}
