package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import io.github.pulumiclassiclink.classiclink.ClassiclinkFunctions;
import io.github.pulumiclassiclink.classiclink.inputs.GetLinksArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        final var found = ClassiclinkFunctions.getLinks(GetLinksArgs.builder()
            .vpcId("vpc-bp1shop")
            .build());

        ctx.export("linked", found);
    }
}
