import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;

/**
 * A key pair and a token that it has signed (RFC 8037), for the stage {@code jwt}: prints the key
 * set on one line and the token on the next.
 */
final class Token {
  private static final int POINT_BYTES = 32;
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private Token() {}

  public static void main(String[] arguments) throws GeneralSecurityException {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] encoded = pair.getPublic().getEncoded();
    byte[] point =
        Arrays.copyOfRange(encoded, encoded.length - POINT_BYTES, encoded.length);
    String signed = text("{\"alg\":\"EdDSA\"}") + "." + text("{\"sub\":\"bench\",\"iss\":\"bench\"}");
    Signature signature = Signature.getInstance("Ed25519");
    signature.initSign(pair.getPrivate());
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    System.out.println(
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + TEXT.encodeToString(point) + "\"}]}");
    System.out.println(signed + "." + TEXT.encodeToString(signature.sign()));
  }

  private static String text(String json) {
    return TEXT.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
