//! Gossip in and out.

use libp2p::gossipsub::{Event, IdentTopic, Message, MessageAcceptance, PublishError};
use nora_core::Block;
use nora_core::block::MAX_BLOCK_BYTES;
use nora_core::codec;

use super::Driver;
use crate::event::{MessageToken, NetEvent};
use crate::handle::{NetError, Topic};
use crate::protocol::Provisional;

impl Driver {
    pub(super) fn publish(&mut self, topic: Topic, bytes: Vec<u8>) -> Result<(), NetError> {
        let size = bytes.len();
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        match gossip.publish(IdentTopic::new(topic.name()), bytes) {
            Ok(_) | Err(PublishError::Duplicate) => Ok(()),
            Err(PublishError::NoPeersSubscribedToTopic) => Err(NetError::NobodyListens),
            Err(PublishError::AllQueuesFull(_)) => Err(NetError::Busy),
            Err(PublishError::MessageTooLarge) => Err(NetError::TooLarge(size)),
            Err(e) => Err(NetError::Transport(e.to_string())),
        }
    }

    pub(super) fn verdict(&mut self, token: &MessageToken, ok: bool) {
        let verdict = if ok {
            MessageAcceptance::Accept
        } else {
            MessageAcceptance::Reject
        };
        self.report(token, verdict);
        if !ok {
            self.strike(token.from, "gossip that its reader refused".to_owned());
        }
    }

    fn report(&mut self, token: &MessageToken, verdict: MessageAcceptance) {
        let gossip = &mut self.swarm.behaviour_mut().gossip;
        gossip.report_message_validation_result(&token.id, &token.from, verdict);
    }

    pub(super) fn on_gossip(&mut self, event: Event) {
        let Event::Message {
            propagation_source: from,
            message_id: id,
            message,
        } = event
        else {
            return;
        };
        let token = MessageToken { id, from };
        if let Err(why) = self.on_message(&token, &message) {
            self.report(&token, MessageAcceptance::Reject);
            self.strike(token.from, why);
        }
    }

    fn on_message(&mut self, token: &MessageToken, message: &Message) -> Result<(), String> {
        let Some(from) = self.peers.key(&token.from) else {
            self.report(token, MessageAcceptance::Ignore);
            return Ok(());
        };
        let bytes = message.data.len();
        if message.topic.as_str() == Topic::Blocks.name() {
            let block: Block = codec::decode(&message.data, MAX_BLOCK_BYTES).map_err(|e| format!("block: {e}"))?;
            // Its verdict comes from the consumer, or from here if the consumer never sees it.
            let event = NetEvent::Block {
                from,
                block: Box::new(block),
                token: token.clone(),
            };
            if !self.outbox.offer(event, bytes) {
                self.report(token, MessageAcceptance::Ignore);
            }
            return Ok(());
        }
        let results: Provisional =
            codec::decode(&message.data, MAX_BLOCK_BYTES).map_err(|e| format!("provisional results: {e}"))?;
        if !results.verify() {
            return Err("provisional results: signature or size is wrong".to_owned());
        }
        self.report(token, MessageAcceptance::Accept);
        // Nobody waits for a provisional result: one that finds no room may be lost.
        let _ = self.outbox.offer(NetEvent::Provisional { from, results }, bytes);
        Ok(())
    }
}
