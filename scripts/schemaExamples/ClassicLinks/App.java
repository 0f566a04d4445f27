package generated_program;

import com.pulumi.Context;
import com.pulumi.Pulumi;
import io.github.pulumiclassiclink.classiclink.ClassicLinks;
import io.github.pulumiclassiclink.classiclink.ClassicLinksArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(App::stack);
    }

    public static void stack(Context ctx) {
        var workers = new ClassicLinks("workers", ClassicLinksArgs.builder()
            .vpcId("vpc-bp1shop")
            .instanceIds("i-bp1worker1", "i-bp1worker2")
            .build());
    }
}
