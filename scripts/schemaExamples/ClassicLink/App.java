package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import io.github.pulumiclassiclink.classiclink.ClassicLink;
import io.github.pulumiclassiclink.classiclink.ClassicLinkArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        var web = new ClassicLink("web", ClassicLinkArgs.builder()
            .instanceId("i-bp1web")
            .vpcId("vpc-bp1shop")
            .regionId("cn-hangzhou")
            .build());
    }
}
