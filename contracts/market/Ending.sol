// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketActs} from "../interfaces/IStorageMarket.sol";
import {DealTerms, OfferTerms} from "../libraries/DealTerms.sol";
import {PieceProof} from "../libraries/PieceProof.sol";
import {Settling} from "./Settling.sol";

/// @title Ending
/// @notice What becomes of a deal after it was opened: it changes hands, ends early, or is challenged. Each call settles the deal first.
abstract contract Ending is IMarketActs, Settling {
    bytes32 private constant TERMINATE_TYPEHASH = keccak256(
        "Terminate(uint32 deal,address signer,address counterparty,uint64 expiry,uint256 nonce)"
    );

    /* HANDS */

    /// @inheritdoc IMarketActs
    function transferDeal(uint32 id, address to) external nonReentrant {
        (DealTerms terms, ) = _settledForClient(id);
        require(!terms.challenged(), ChallengeOpen(id));
        _checkRecipient(to);

        _clients[id] = to;
        _deals[id].terms = terms.withMoved();
        emit DealTransferred(id, msg.sender, to);
    }

    /// @inheritdoc IMarketActs
    function assignPayee(uint32 id, address to) external nonReentrant {
        (DealTerms terms, ) = _settled(id);
        _checkRecipient(to);
        if (terms.assigned()) {
            require(msg.sender == _payees[id], NotPayee(id, _payees[id], msg.sender));
        } else {
            ++_providerByOwner(terms.provider()).version;
        }

        _payees[id] = to;
        _deals[id].terms = terms.withAssigned();
        emit PayeeAssigned(id, to);
    }

    /* EARLY ENDS */

    /// @inheritdoc IMarketActs
    function cancel(uint32 id) external nonReentrant {
        (DealTerms terms, OfferTerms offer) = _settledForClient(id);

        _cutOff(id, terms, offer, period() + 1 + offer.notice());
    }

    /// @inheritdoc IMarketActs
    function terminate(uint32 id, Consent calldata consent) external nonReentrant {
        (DealTerms terms, OfferTerms offer) = _settled(id);
        require(!terms.challenged(), ChallengeOpen(id));
        address client = _clientOf(id, terms);
        address payee = _payeeOf(id, terms);
        require(msg.sender == client || msg.sender == payee, NotParty(id, client, payee, msg.sender));
        address signer = msg.sender == client ? payee : client;
        require(block.timestamp <= consent.expiry, ConsentExpired(consent.expiry, block.timestamp));
        bytes32 structHash = keccak256(
            abi.encode(TERMINATE_TYPEHASH, id, signer, msg.sender, consent.expiry, consent.nonce)
        );
        require(_isSignedBy(signer, structHash, consent.signature), ConsentSignatureInvalid(signer));
        require(_useNonce(_consents[signer], consent.nonce), ConsentNonceUsed(signer, consent.nonce));

        _cutOff(id, terms, offer, period() + 1);
    }

    /// @inheritdoc IMarketActs
    function voidConsents(uint248 word, uint256 mask) external nonReentrant {
        _consents[msg.sender][word] |= mask;
        emit ConsentsVoided(msg.sender, word, mask);
    }

    /// @inheritdoc IMarketActs
    function abandon(uint32 id) external nonReentrant {
        (DealTerms terms, OfferTerms offer) = _settled(id);
        ++_providerByOwner(terms.provider()).version;
        require(!terms.forfeited(), DealForfeited(id));

        // This period was drawn before, so it settles by its bit. Under a challenge nothing since can be earned any more.
        uint256 end = _earlyEnd(terms, period() + 1);
        uint256 kept = terms.challenged() ? terms.settledUpTo() : end;
        uint256 refund = terms.rate() * (terms.end() - kept);
        uint256 compensation = terms.slash() * (offer.maxMisses() + 1 - terms.missed());
        address client = _clientOf(id, terms);
        _credit(client, refund + compensation);
        emit Abandoned(id, refund, compensation);
        terms = terms.withEnd(end).withForfeited();
        if (terms.challenged()) terms = _endChallenge(id, terms, client);
        if (kept == terms.settledUpTo()) terms = _close(id, terms, 0);
        _deals[id].terms = terms;
    }

    /* CHALLENGES */

    /// @inheritdoc IMarketActs
    function challenge(uint32 id, uint64 leaf, Payment calldata payment) external nonReentrant {
        (DealTerms terms, ) = _settledForClient(id);
        uint32 current = period();
        require(!terms.challenged(), ChallengeOpen(id));
        require(!terms.forfeited(), DealForfeited(id));
        require(terms.isLive(current), NotLive(id, terms.start(), terms.end(), current));
        uint256 leaves = PieceProof.leavesOf(terms.size());
        require(leaf < leaves, LeafInvalid(id, leaf, leaves));

        _challenges[id] = ChallengeSlot({leaf: leaf, since: current});
        _deals[id].terms = terms.withChallenged();
        emit Challenged(id, leaf, current);

        _charge(CHALLENGE_BOND, payment);
    }

    /// @inheritdoc IMarketActs
    function answer(uint32 id, bytes calldata path) external nonReentrant {
        (DealTerms terms, ) = _settled(id);
        require(terms.challenged(), ChallengeNone(id));
        uint256 length = PieceProof.lengthOf(PieceProof.heightOf(PieceProof.leavesOf(terms.size())));
        require(path.length == length, ProofLengthInvalid(length, path.length));
        uint64 leaf = _challenges[id].leaf;
        require(PieceProof.rootOf(path, leaf) == _deals[id].root, ProofInvalid(id, leaf));

        _deals[id].terms = _endChallenge(id, terms, _providers[terms.provider()].beneficiary);
    }

    /* PRIVATE */

    /// @dev Settles; refuses what is over.
    function _settled(uint32 id) private returns (DealTerms terms, OfferTerms offer) {
        terms = _settle(id, _dealTerms(id), period());
        offer = _offerOf(id, terms);
        require(!terms.closed(), DealClosed(id));
    }

    function _settledForClient(uint32 id) private returns (DealTerms terms, OfferTerms offer) {
        (terms, offer) = _settled(id);
        address client = _clientOf(id, terms);
        require(msg.sender == client, NotClient(id, client, msg.sender));
    }

    /// @dev Cuts the term off at `bound` and returns the escrow of the periods behind it. A deal that was never live closes.
    function _cutOff(uint32 id, DealTerms terms, OfferTerms offer, uint256 bound) private {
        uint256 end = _earlyEnd(terms, bound);
        require(end < terms.end(), EndsEarlier(id, terms.end(), bound));

        uint256 refund = terms.rate() * (terms.end() - end);
        _credit(_clientOf(id, terms), refund);
        emit Shortened(id, uint32(end), refund);
        terms = terms.withEnd(end);
        if (end == terms.start()) terms = _close(id, terms, terms.slash() * (offer.maxMisses() + 1));
        _deals[id].terms = terms;
    }

    function _earlyEnd(DealTerms terms, uint256 bound) private pure returns (uint256) {
        if (bound < terms.start()) return terms.start();
        return bound < terms.end() ? bound : terms.end();
    }
}
