package io.slipway.master.loop;

import io.slipway.master.decide.Deliberation;
import io.slipway.master.decide.Refusal;
import io.slipway.master.decide.RequestRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers of a round that is being decided; they are made when all is decided. */
final class Draft {
  private static final Logger log = LoggerFactory.getLogger(Draft.class);

  private record Answer<R>(Inbox.Asked<R> asked, Supplier<R> reply) {
    void make(Pending pending) {
      try {
        pending.answer(asked.reply(), reply.get());
      } catch (RequestRefused refused) {
        pending.refuse(asked.reply(), refused);
      } catch (RuntimeException e) {
        log.error("the reply to {} failed", asked.request().getClass().getSimpleName(), e);
        pending.refuse(
            asked.reply(), new RequestRefused(Refusal.INTERNAL, "the master failed: " + e));
      }
    }
  }

  private final List<Answer<?>> answers = new ArrayList<>();

  /** Handles a request; a fault in it costs only its own facts. */
  <R> void answer(Deliberation deliberation, Inbox.Asked<R> asked) {
    int mark = deliberation.mark();
    Supplier<R> reply;
    try {
      reply = deliberation.handle(asked.request());
    } catch (RequestRefused refused) {
      deliberation.rollBack(mark);
      reply = refusing(refused);
    } catch (RuntimeException e) {
      log.error("request {} failed", asked.request().getClass().getSimpleName(), e);
      deliberation.rollBack(mark);
      reply = refusing(new RequestRefused(Refusal.INTERNAL, "the master failed: " + e));
    }
    answers.add(new Answer<>(asked, reply));
  }

  private static <R> Supplier<R> refusing(RequestRefused refused) {
    return () -> {
      throw refused;
    };
  }

  Pending finish() {
    Pending pending = new Pending();
    answers.forEach(answer -> answer.make(pending));
    return pending;
  }
}
