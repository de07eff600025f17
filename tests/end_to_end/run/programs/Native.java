/** Calls a native function from threads with various stacks; starts a child; survives faults. */
public class Native {
    static native int twice(int number);

    static native int namespaces();

    public static void main(String[] arguments) throws Exception {
        System.load(arguments[0]);
        Thread[] threads = new Thread[8];
        int[] sums = new int[threads.length];
        for (int i = 0; i < threads.length; i++) {
            int own = i;
            Runnable work = () -> {
                for (int j = 0; j < 1000; j++) sums[own] += twice(j) - j;
            };
            threads[i] = new Thread(null, work, "t" + i, i % 2 == 0 ? 0 : 262144);
            threads[i].start();
        }
        for (Thread thread : threads) thread.join();
        System.out.println(java.util.Arrays.stream(sums).sum());
        Process child = new ProcessBuilder("sh", "-c", "exit 3").start();
        System.out.println(child.waitFor());
        try {
            deeper(0);
        } catch (StackOverflowError error) {
            System.out.println("too deep");
        }
        System.out.println(namespaces() + " namespaces");
    }

    static int deeper(int depth) {
        return deeper(depth + 1) + 1;
    }
}
